"""Scheduled jobs: a table, a runner that claims each period, a clock. No business logic.

Every job does its work by calling ``cultivate.services``; any number of schedulers may run, on any number
of hosts, and each period of each job is done once.
"""
