"""The open web: pictures from strangers' servers, asked for with manners and trusted in nothing."""
