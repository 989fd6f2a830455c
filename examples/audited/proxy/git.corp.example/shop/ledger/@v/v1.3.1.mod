module git.corp.example/shop/ledger

go 1.24
