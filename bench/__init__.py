"""What loading costs, held against what this machine can do at best."""
