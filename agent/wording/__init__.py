"""Every sentence and phrase that a shopper reads."""
