module openmcp/local/images

go 1.26
