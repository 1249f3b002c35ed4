"""mask_review"""
