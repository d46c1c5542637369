"""The way, one module a stage: open, load, decide, save in one write block, report. The only place where both meet."""
