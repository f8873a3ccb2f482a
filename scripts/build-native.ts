console.log('There is no native part yet, so there is nothing to build.');
