"""Which class is a sound of? The demo data are tunes: which land are they from?"""
