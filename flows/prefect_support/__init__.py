"""What is added to Prefect: a schedule on one machine and the command `prefect run`."""
