"""The source systems of the region, live on loopback: a ZGW server and an SFTP server.

They know what a supplier knows: the published schemas, and nothing of the hub.
"""
