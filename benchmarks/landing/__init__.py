"""How fast rows land, against a plain COPY to COPY in the same run."""
