class Composer:
    def __init__(self, session): pass
    def compose(self, m): raise RuntimeError
