module example.com/paths/upstream

go 1.25.0
