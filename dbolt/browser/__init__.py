"""Playwright and Chromium: sees pages as the form engine wants them, and acts on them."""
