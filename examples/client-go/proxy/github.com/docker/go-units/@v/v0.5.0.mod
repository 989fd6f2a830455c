module github.com/docker/go-units
