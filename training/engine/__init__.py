"""What all training shares: trainer, run folders, export, metrics, calibration, files, processes; knows no detector."""
