"""What the product knows without a server: facts and rules, no clock, no network, no await."""
