"""Where can a submission be shown end to end? A town of made-up directory sites on loopback."""
