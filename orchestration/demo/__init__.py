"""The demonstration: a stack with living warehouses, watched until messages have arrived."""
