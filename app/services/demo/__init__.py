"""The demo shop porto.nova: a foundation to sell from, goods, pages, campaigns."""
