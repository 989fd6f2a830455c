package main

import "fmt"

func main() { fmt.Println("a package of melange in an image of apko") }
