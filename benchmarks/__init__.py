"""What Chartroom costs, against the same work done raw, in the same run."""
