module git.corp.example/shop/checkout

go 1.24.0

require git.corp.example/shop/ledger v1.3.0
