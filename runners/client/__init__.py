"""What the command does with a site: it speaks to the site's API and to nothing else."""
