module example.com/paths/snap

go 1.26
