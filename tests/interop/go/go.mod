module certwright.test/interop

go 1.24
