module example.com/svc

go 1.26

require (
	github.com/gorilla/mux v1.8.0
	golang.example/x/text v0.13.0
	x.example/tool v0.0.0-20260102030405-0123456789ab
)

replace github.com/gorilla/mux => github.com/ours/mux v1.8.1
