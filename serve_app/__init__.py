"""What Ray Serve hosts: the site, the JSON API and the payment webhook."""
