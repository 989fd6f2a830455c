module example.com/svc

go 1.24

toolchain go1.26.9

godebug fips140=on
