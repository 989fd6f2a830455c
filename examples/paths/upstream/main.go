package main

import "fmt"

func main() { fmt.Println("Go as the Go project releases it") }
