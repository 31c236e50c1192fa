"""What runs beside the web: tasks, leases, snapshots, samples, the sandbox."""
