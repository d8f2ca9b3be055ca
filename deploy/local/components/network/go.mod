module openmcp/local/network

go 1.26.0
