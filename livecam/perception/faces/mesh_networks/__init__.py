"""The default face detector: BlazeFace and the face mesh in LiteRT."""
