// Command mux-service answers one greeting; it exists to be checked.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/gorilla/mux"
)

func main() {
	router := mux.NewRouter()
	router.HandleFunc("/hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello, %s\n", mux.Vars(r)["name"])
	})
	log.Fatal(http.ListenAndServe("localhost:8080", router))
}
