"""face_state"""
