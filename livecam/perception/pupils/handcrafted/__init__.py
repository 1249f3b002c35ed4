"""handcrafted"""
