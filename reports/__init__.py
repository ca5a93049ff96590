"""What people read: pages and files made from what the hub knows. Imports nothing of ours but schemas."""
