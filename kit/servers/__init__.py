"""The source systems of the region, live on loopback: ZGW, StUF and REST over HTTP, and files over SFTP.

They know what a supplier knows: the published schemas, and nothing of the hub.
"""
