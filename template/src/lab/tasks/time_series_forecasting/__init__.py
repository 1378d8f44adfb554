"""What comes next in a series of measurements? The demo data are the demand for electricity in Victoria, Australia."""
