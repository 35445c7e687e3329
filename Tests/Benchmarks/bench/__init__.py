"""The benchmark of funnel against its peers."""
