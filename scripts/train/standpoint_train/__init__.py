"""Trains the networks that standpoint ships."""
