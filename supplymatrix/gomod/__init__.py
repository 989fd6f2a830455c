"""Pure parsers of Go's own formats: go.mod, go.work, go.sum, versions, proxy lists."""
