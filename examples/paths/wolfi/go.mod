module example.com/paths/wolfi

go 1.24

toolchain go1.24.2
