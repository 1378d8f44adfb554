"""The same training in several processes, on several machines, or as Slurm jobs."""
