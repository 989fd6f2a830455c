// Command goclient verifies a go.sum with golang.org/x/mod's sumdb.Client, as the peer to measure against.
//
//	goclient -url https://proxy.example/sumdb/sum.golang.org -n 16 path/to/go.sum
//
// It starts with an empty cache, keeps everything in memory, and prints lines, requests and bytes.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb"
)

const key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

type ops struct {
	url      string
	client   *http.Client
	mu       sync.Mutex
	config   map[string][]byte
	cache    map[string][]byte
	requests atomic.Int64
	bytes    atomic.Int64
	inFlight chan struct{}
}

func (o *ops) ReadRemote(path string) ([]byte, error) {
	o.inFlight <- struct{}{}
	defer func() { <-o.inFlight }()
	o.requests.Add(1)
	resp, err := o.client.Get(o.url + path)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	o.bytes.Add(int64(len(body)))
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, resp.Status)
	}
	return body, nil
}

func (o *ops) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(key), nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.config[file], nil
}

func (o *ops) WriteConfig(file string, old, new []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if string(o.config[file]) != string(old) {
		return sumdb.ErrWriteConflict
	}
	o.config[file] = new
	return nil
}

func (o *ops) ReadCache(file string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if data, ok := o.cache[file]; ok {
		return data, nil
	}
	return nil, errors.New("not cached")
}

func (o *ops) WriteCache(file string, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cache[file] = data
}

func (o *ops) Log(msg string)           {}
func (o *ops) SecurityError(msg string) { log.Fatal(msg) }

func main() {
	log.SetFlags(0)
	url := flag.String("url", "", "address of the log")
	parallel := flag.Int("n", 16, "requests in flight")
	flag.Parse()
	file, err := os.Open(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = *parallel
	transport.ForceAttemptHTTP2 = false
	transport.TLSNextProto = nil
	o := &ops{
		url: *url, client: &http.Client{Transport: transport}, config: map[string][]byte{}, cache: map[string][]byte{},
		inFlight: make(chan struct{}, *parallel),
	}
	client := sumdb.NewClient(o)
	var wg sync.WaitGroup
	var good, bad atomic.Int64
	work := make(chan [3]string)
	for range *parallel {
		wg.Go(func() {
			for f := range work {
				lines, err := client.Lookup(f[0], f[1])
				if err == nil && strings.Contains(strings.Join(lines, "\n"), f[2]) {
					good.Add(1)
				} else {
					bad.Add(1)
				}
			}
		})
	}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if f := strings.Fields(scanner.Text()); len(f) == 3 {
			work <- [3]string{f[0], f[1], f[2]}
		}
	}
	close(work)
	wg.Wait()
	fmt.Printf("good %d bad %d requests %d bytes %d\n", good.Load(), bad.Load(), o.requests.Load(), o.bytes.Load())
}
