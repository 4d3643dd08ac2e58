"""Languages: detection, stems, weekdays and the versioned background model of term frequencies."""
