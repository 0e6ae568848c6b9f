"""The mail side: the dispatcher turns due messages into jobs, workers deliver them."""
