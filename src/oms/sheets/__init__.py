"""The only code that opens or writes CSV, TSV and workbooks. A file becomes a frame of text columns plus `row`."""
