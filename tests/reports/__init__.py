"""Tests of what people read: pages, and answers to questions about cases."""
