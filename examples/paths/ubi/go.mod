module example.com/paths/ubi

go 1.25.0
