JSON.parse('{}').name.first;
