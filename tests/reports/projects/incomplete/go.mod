module example.com/svc

go 1.26

require (
	github.com/gorilla/mux v1.8.0
	golang.example/x/text v0.13.0
	yaml.example/yaml v1.3.1
)
