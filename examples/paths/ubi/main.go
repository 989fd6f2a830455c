package main

import "fmt"

func main() { fmt.Println("built and run on UBI") }
