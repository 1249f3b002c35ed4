"""pupil_detector"""
