// Command checkout prints what a line of a ledger comes to, and its fingerprint; it exists to be audited.
package main

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strconv"
	"strings"

	"git.corp.example/shop/ledger"
)

func main() {
	line := strings.Join(os.Args[1:], " ")
	amounts, err := ledger.Parse(line)
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	var sum int64
	for _, amount := range amounts {
		sum += amount
	}
	old, now := md5.Sum([]byte(line)), sha256.Sum256([]byte(line))
	os.Stdout.WriteString(strconv.FormatInt(sum, 10) + " " + hex.EncodeToString(old[:]) + " " + hex.EncodeToString(now[:]) + "\n")
}
