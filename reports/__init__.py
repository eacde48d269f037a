"""What people look at: summaries, pages and explanations. It reads tables and decides nothing."""
